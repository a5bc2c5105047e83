-- psql -v lo=1 -v hi=100000 -v n=100000 -f rows.sql
-- Rows lo to hi of a data set of n: everything is a hash of the row number. src/rows.rs is the same in Rust.
-- h(i,salt) in [0,1): first 8 hex digits of md5
create or replace function h(i bigint, s text) returns double precision language sql immutable parallel safe as
$$ select (('x'||substr(md5(s||i::text),1,8))::bit(32)::bigint & 4294967295)::double precision / 4294967296.0 $$;
insert into "LiteLLM_AuditLog"(id,updated_at,changed_by,changed_by_api_key,action,table_name,object_id,before_value,updated_values)
select
  substr(m,1,8)||'-'||substr(m,9,4)||'-4'||substr(m,14,3)||'-a'||substr(m,18,3)||'-'||substr(m,21,12) as id,
  (timestamp '2024-11-01 00:00:00' + (interval '730 days' * ((i-1)::double precision/:n)) + (interval '1 second' * (r6*60)))::timestamp(3),
  case when actor=1 then 'default_user_id' else 'user'||lpad(actor::text,4,'0')||'@example.com' end,
  encode(sha256(('key'||kno)::bytea),'hex'),
  act,
  tbl,
  oid,
  case when act='created' then null else obj end as before_value,
  case when act='created' then obj
       when act='deleted' then '{}'::jsonb
       when act in ('blocked','unblocked') then jsonb_build_object('token',oid,'blocked',act='blocked')
       else jsonb_build_object(
              case when tbl='LiteLLM_TeamTable' then 'team_id' when tbl='LiteLLM_UserTable' then 'user_id' else 'key' end, oid,
              'max_budget', round((r5*1000)::numeric,2), 'tpm_limit', (r4*100000)::int, 'metadata', jsonb_build_object('ticket','CHG-'||(r3*99999)::int,'reason','quarterly budget review'))
  end as updated_values
from (
 select i, m, r1,r2,r3,r4,r5,r6, actor, kno, act, tbl, team,
   case tbl when 'LiteLLM_VerificationToken' then encode(sha256(('obj'||ono)::bytea),'hex')
            when 'LiteLLM_TeamTable' then team
            when 'LiteLLM_UserTable' then 'user-'||md5('u'||ono)
            else md5('o'||ono)::uuid::text end as oid,
   case when tbl='LiteLLM_TeamTable' then
     jsonb_build_object('team_id',team,'team_alias','team-'||substr(team,1,6),'organization_id',md5('org'||(r5*40)::int)::uuid,'admins','[]'::jsonb,'members','[]'::jsonb,
       'members_with_roles', (select jsonb_agg(jsonb_build_object('role',case when g=1 then 'admin' else 'user' end,'user_id','user'||lpad(((actor+g*7)%500)::text,4,'0')||'@example.com','user_email','user'||lpad(((actor+g*7)%500)::text,4,'0')||'@example.com')) from generate_series(1,1+(r4*6)::int) g),
       'metadata', jsonb_build_object('cost_center','CC-'||(r3*900)::int,'owner','platform'),'tpm_limit',(r4*1000000)::int,'rpm_limit',(r5*10000)::int,'max_budget',round((r3*5000)::numeric,2),'spend',round((r2*900)::numeric,6),
       'budget_duration','30d','budget_reset_at','2026-11-30T00:00:00Z','models',jsonb_build_array('gpt-4o','claude-sonnet-4-5','gemini-2.5-pro'),'blocked',false,'router_settings','{}'::jsonb,'model_spend','{}'::jsonb,'model_max_budget','{}'::jsonb,'created_at','2025-01-04T10:11:12.131000Z','updated_at','2026-05-06T07:08:09.101000Z')
   when tbl='LiteLLM_UserTable' then
     jsonb_build_object('user_id','user-'||md5('u'||ono),'user_email','user'||ono||'@example.com','user_role','internal_user','teams',jsonb_build_array(team),'max_budget',round((r3*500)::numeric,2),'spend',0.0,'models','[]'::jsonb,'metadata','{}'::jsonb,'budget_duration','30d','sso_user_id',null,'created_at','2025-01-04T10:11:12.131000Z')
   else
     jsonb_build_object('token',encode(sha256(('obj'||ono)::bytea),'hex'),'key_name','sk-...'||substr(m,1,4),'key_alias','svc-'||ono||'-prod','soft_budget_cooldown',false,'spend',round((r2*90)::numeric,8),'expires','2027-01-31T00:00:00Z',
       'models',jsonb_build_array('gpt-4o','gpt-4o-mini','claude-sonnet-4-5'),'aliases','{}'::jsonb,'config','{}'::jsonb,'user_id','user'||lpad(actor::text,4,'0')||'@example.com','team_id',team,'permissions','{}'::jsonb,'max_parallel_requests',(r4*50)::int,
       'metadata',jsonb_build_object('service','svc-'||ono,'env',case when r5<0.5 then 'prod' else 'staging' end,'tags',jsonb_build_array('team-'||substr(team,1,6),'billing')),'tpm_limit',(r4*100000)::int,'rpm_limit',(r5*1000)::int,'max_budget',round((r3*1000)::numeric,2),
       'budget_duration','30d','budget_reset_at','2026-11-30T00:00:00Z','allowed_cache_controls','[]'::jsonb,'allowed_routes','[]'::jsonb,'model_spend','{}'::jsonb,'model_max_budget','{}'::jsonb,'blocked',false,'created_at','2025-01-04T10:11:12.131000Z','created_by','user'||lpad(actor::text,4,'0')||'@example.com','updated_at','2026-05-06T07:08:09.101000Z')
   end as obj
 from (
  select i, md5('row'||i) as m, h(i,'a') r1, h(i,'b') r2, h(i,'c') r3, h(i,'d') r4, h(i,'e') r5, h(i,'f') r6,
    least(500,greatest(1,floor(exp(h(i,'g')*ln(501.0)))::int)) as actor,
    floor(h(i,'k')*5000)::int as kno,
    floor(200000*power(h(i,'o'),1.5))::int as ono,
    md5('team'||floor(2000*power(h(i,'o'),1.5))::int)::uuid::text as team,
    case when h(i,'x')<0.30 then 'created' when h(i,'x')<0.80 then 'updated' when h(i,'x')<0.92 then 'deleted' when h(i,'x')<0.94 then 'blocked' when h(i,'x')<0.955 then 'unblocked' when h(i,'x')<0.985 then 'rotated' when h(i,'x')<0.99 then 'regenerated' when h(i,'x')<0.995 then 'update' else 'create' end as act,
    case when h(i,'t')<0.60 then 'LiteLLM_VerificationToken' when h(i,'t')<0.80 then 'LiteLLM_TeamTable' when h(i,'t')<0.92 then 'LiteLLM_UserTable' when h(i,'t')<0.98 then 'LiteLLM_ProxyModelTable' else 'LiteLLM_CacheConfig' end as tbl
  from generate_series(:lo::bigint,:hi::bigint) i offset 0) a offset 0) b
order by i;
